/** {@code mvn -Pscaling}: what an order and a warehouse cost, that shards add up, and when they do not. */
@NullMarked
package io.github.exactlyonce.testbed.scaling;

import org.jspecify.annotations.NullMarked;

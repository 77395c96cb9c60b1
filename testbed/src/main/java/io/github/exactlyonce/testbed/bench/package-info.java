/** {@code mvn -Pbench}: our replicas beside other ways to do the same work, on the same machine. */
@NullMarked
package io.github.exactlyonce.testbed.bench;

import org.jspecify.annotations.NullMarked;

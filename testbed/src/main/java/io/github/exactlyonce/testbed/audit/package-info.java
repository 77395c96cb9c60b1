/** What happened to each order, read from Redis after the fact. */
@NullMarked
package io.github.exactlyonce.testbed.audit;

import org.jspecify.annotations.NullMarked;

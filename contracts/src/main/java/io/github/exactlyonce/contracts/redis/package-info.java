/** What both services demand of the Redis that they share. */
@NullMarked
package io.github.exactlyonce.contracts.redis;

import org.jspecify.annotations.NullMarked;

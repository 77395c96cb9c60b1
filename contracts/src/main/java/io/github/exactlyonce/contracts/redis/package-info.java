/** How both services talk to the Redis that they share: what they demand of it, scripts, and pipelines for batches. */
@NullMarked
package io.github.exactlyonce.contracts.redis;

import org.jspecify.annotations.NullMarked;

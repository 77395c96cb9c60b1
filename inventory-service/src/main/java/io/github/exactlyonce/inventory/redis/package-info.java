/** Scripts and pipelines: how this service talks to Redis in batches. */
@NullMarked
package io.github.exactlyonce.inventory.redis;

import org.jspecify.annotations.NullMarked;

/** Due work: claimed by lease from a sorted set, tried again with backoff. */
@NullMarked
package io.github.exactlyonce.inventory.jobs;

import org.jspecify.annotations.NullMarked;

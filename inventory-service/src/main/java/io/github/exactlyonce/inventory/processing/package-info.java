/** From a hint to a settled order: the queue, the gate, the batch. */
@NullMarked
package io.github.exactlyonce.inventory.processing;

import org.jspecify.annotations.NullMarked;

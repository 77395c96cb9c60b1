/** Hearing the channel, and knowing that it is heard. */
@NullMarked
package io.github.exactlyonce.inventory.subscription;

import org.jspecify.annotations.NullMarked;

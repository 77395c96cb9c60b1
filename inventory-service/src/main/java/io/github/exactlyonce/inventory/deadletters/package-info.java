/** What could not be processed, with a reason that a person understands. */
@NullMarked
package io.github.exactlyonce.inventory.deadletters;

import org.jspecify.annotations.NullMarked;

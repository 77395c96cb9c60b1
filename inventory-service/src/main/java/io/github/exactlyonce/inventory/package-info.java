/**
 * The inventory service. Features depend on each other in one direction: {@code subscription → processing → stock →
 * jobs}; all of them may use {@code deadletters} and {@code redis}.
 */
@NullMarked
package io.github.exactlyonce.inventory;

import org.jspecify.annotations.NullMarked;

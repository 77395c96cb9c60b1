/** Placing, reading and cancelling orders over HTTP. */
@NullMarked
package io.github.exactlyonce.order;

import org.jspecify.annotations.NullMarked;

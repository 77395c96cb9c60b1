/** What both services agree on. */
@NullMarked
package io.github.exactlyonce.contracts;

import org.jspecify.annotations.NullMarked;

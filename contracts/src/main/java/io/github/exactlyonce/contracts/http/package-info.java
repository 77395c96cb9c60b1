/** How both services answer over HTTP when something is wrong. */
@NullMarked
package io.github.exactlyonce.contracts.http;

import org.jspecify.annotations.NullMarked;

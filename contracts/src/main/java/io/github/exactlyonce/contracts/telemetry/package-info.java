/** What both services tell about themselves, and to whom. */
@NullMarked
package io.github.exactlyonce.contracts.telemetry;

import org.jspecify.annotations.NullMarked;

/** Figures that were taken, and how they are shown: medians with their spread, and tables. */
@NullMarked
package io.github.exactlyonce.testbed.figures;

import org.jspecify.annotations.NullMarked;

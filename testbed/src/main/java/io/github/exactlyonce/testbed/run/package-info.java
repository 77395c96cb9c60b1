/** The local run: {@code mvn -Prun}. */
@NullMarked
package io.github.exactlyonce.testbed.run;

import org.jspecify.annotations.NullMarked;

/** Orders, and the client that places them as a careful caller would. */
@NullMarked
package io.github.exactlyonce.testbed.load;

import org.jspecify.annotations.NullMarked;

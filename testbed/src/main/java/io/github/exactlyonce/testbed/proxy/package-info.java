/** A network between a service and its Redis that can be made to fail. */
@NullMarked
package io.github.exactlyonce.testbed.proxy;

import org.jspecify.annotations.NullMarked;

/** Orders over HTTP, cheaply, and the HTTP stack of the order service with nothing behind it. */
@NullMarked
package io.github.exactlyonce.testbed.bench.http;

import org.jspecify.annotations.NullMarked;

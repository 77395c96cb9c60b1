/** Other ways to have three replicas hear of an order and one of them do it, each as somebody who knows it well would write it. */
@NullMarked
package io.github.exactlyonce.testbed.bench.rivals;

import org.jspecify.annotations.NullMarked;

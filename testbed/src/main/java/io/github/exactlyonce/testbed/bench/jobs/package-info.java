/** Ways to have three workers do each job once when it is due, side by side. */
@NullMarked
package io.github.exactlyonce.testbed.bench.jobs;

import org.jspecify.annotations.NullMarked;

/** The services as child processes on this machine: started from their packaged jars, spoken to over HTTP, hurt with signals. */
@NullMarked
package io.github.exactlyonce.testbed.system;

import org.jspecify.annotations.NullMarked;

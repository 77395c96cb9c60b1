/** The storm, {@code mvn -Pfaults}: orders come in while everything around them breaks, and then each is audited. */
@NullMarked
package io.github.exactlyonce.testbed.storm;

import org.jspecify.annotations.NullMarked;

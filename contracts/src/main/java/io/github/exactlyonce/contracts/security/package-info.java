/** Who may ask the services what over HTTP, how often, and from which pages; nothing of it touches Redis. */
@NullMarked
package io.github.exactlyonce.contracts.security;

import org.jspecify.annotations.NullMarked;

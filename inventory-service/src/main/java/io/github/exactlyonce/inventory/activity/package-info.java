/** What this replica does, told while it happens to whoever watches. */
@NullMarked
package io.github.exactlyonce.inventory.activity;

import org.jspecify.annotations.NullMarked;

/** Which warehouses there are, which of them this replica serves, and by how many workers. */
@NullMarked
package io.github.exactlyonce.inventory.warehouses;

import org.jspecify.annotations.NullMarked;

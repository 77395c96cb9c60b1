/** Which warehouses there are, which of them this replica serves, and on which shard of Redis each is. */
@NullMarked
package io.github.exactlyonce.inventory.warehouses;

import org.jspecify.annotations.NullMarked;

/**
 * Says whether stock, orders and ledger agree, while orders flow. It depends on no other feature and none depends on it: it
 * knows what they write only as it stands in Redis.
 */
@NullMarked
package io.github.exactlyonce.inventory.audit;

import org.jspecify.annotations.NullMarked;

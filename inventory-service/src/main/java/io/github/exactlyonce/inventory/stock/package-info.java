/** The stock, its ledger, and the script that settles an order against them. */
@NullMarked
package io.github.exactlyonce.inventory.stock;

import org.jspecify.annotations.NullMarked;

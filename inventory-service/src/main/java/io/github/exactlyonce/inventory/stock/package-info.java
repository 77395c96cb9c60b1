/** The stock, its ledger, and the script that settles an order against them, and the one that returns what it took. */
@NullMarked
package io.github.exactlyonce.inventory.stock;

import org.jspecify.annotations.NullMarked;

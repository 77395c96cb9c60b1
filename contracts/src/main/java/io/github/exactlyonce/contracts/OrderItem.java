package io.github.exactlyonce.contracts;

/**
 * One line of an order.
 *
 * @param id the SKU
 * @param quantity units wanted, at least 1
 */
public record OrderItem(String id, int quantity) {}

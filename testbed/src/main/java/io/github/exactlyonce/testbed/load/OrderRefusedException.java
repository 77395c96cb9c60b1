package io.github.exactlyonce.testbed.load;

/** An order was not accepted. Whether it was recorded is unknown. */
public final class OrderRefusedException extends RuntimeException {

    OrderRefusedException(Order order, int attempts, String answer) {
        super("order " + order.orderId() + " was not accepted in " + attempts + " attempts; last answer: " + answer);
    }
}

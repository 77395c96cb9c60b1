package io.github.exactlyonce.order;

/** Redis cannot say what has reached its disk. The message says why. */
final class DiskUnavailableException extends RuntimeException {

    DiskUnavailableException(String reason) {
        super(reason);
    }
}

package io.github.exactlyonce.testbed.storm;

/** The storm cannot begin. The message is one sentence for the person at the terminal. */
final class StormException extends RuntimeException {

    StormException(String sentence) {
        super(sentence);
    }
}

package io.github.exactlyonce.testbed.bench;

/** It cannot begin or go on. The message is one sentence for the person at the terminal. */
public final class BenchException extends RuntimeException {

    public BenchException(String sentence) {
        super(sentence);
    }
}

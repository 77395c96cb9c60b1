package io.github.exactlyonce.testbed.run;

/** The local run cannot start or go on. The message is one sentence for the person at the terminal. */
final class RunException extends RuntimeException {

    RunException(String sentence) {
        super(sentence);
    }
}

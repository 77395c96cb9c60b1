package io.github.exactlyonce.testbed.scaling;

/** It cannot begin or go on. The message is one sentence for the person at the terminal. */
final class ScalingException extends RuntimeException {

    ScalingException(String sentence) {
        super(sentence);
    }
}

package io.github.exactlyonce.testbed.storm;

/** Ends a fault, and waits for no one to recover from it. */
@FunctionalInterface
interface Mending {

    void mend();
}

package io.github.exactlyonce.testbed.storm;

/** Ends a fault. It does not wait until the services have recovered from it. */
@FunctionalInterface
interface Mending {

    void mend();
}

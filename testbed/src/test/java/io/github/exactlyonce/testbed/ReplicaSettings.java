package io.github.exactlyonce.testbed;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Environment of the replicas in a test or a class of tests, as {@code NAME=value}. Other settings need new replicas. */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@interface ReplicaSettings {
    String[] value();
}

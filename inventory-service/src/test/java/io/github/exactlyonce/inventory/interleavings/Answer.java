package io.github.exactlyonce.inventory.interleavings;

import io.lettuce.core.RedisFuture;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What a replica is told about one of its commands: Redis's answer, its error, or that no answer came in time. */
record Answer(@Nullable Object value, @Nullable Throwable failure) {

    @Override
    public String toString() {
        return failure == null ? String.valueOf(value) : String.valueOf(failure.getMessage());
    }

    /** As Lettuce hands it out; completed before anybody can wait for it. */
    static final class Arrived extends CompletableFuture<Object> implements RedisFuture<Object> {

        @Override
        public @Nullable String getError() {
            return null;
        }

        @Override
        public boolean await(long timeout, TimeUnit unit) throws InterruptedException {
            try {
                get(timeout, unit);
                return true;
            } catch (ExecutionException e) {
                return true;
            } catch (TimeoutException e) {
                return false;
            }
        }
    }
}

package io.github.exactlyonce.contracts.redis;

import io.lettuce.core.RedisNoScriptException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.RedisSystemException;

/**
 * What became of one command of a pipeline: an answer, or a failure that leaves the others untouched.
 *
 * <p>After a failure other than an error answer it is unknown whether the command took effect.
 */
public record Reply<T>(@Nullable T value, @Nullable Throwable failure) {

    public static <T> Reply<T> failed(Throwable failure) {
        return new Reply<>(null, failure);
    }

    public boolean isFailure() {
        return failure != null;
    }

    /** @throws NullPointerException if it failed or Redis answered nil */
    public T get() {
        if (value == null) {
            throw new NullPointerException("no answer: " + failure);
        }
        return value;
    }

    /**
     * For who answers over HTTP.
     *
     * @throws org.springframework.dao.DataAccessException if it failed
     */
    public T require() {
        if (failure != null) {
            throw new RedisSystemException(reason(), failure);
        }
        return get();
    }

    public <R> Reply<R> map(Function<T, R> mapping) {
        return failure == null ? new Reply<>(mapping.apply(get()), null) : failed(failure);
    }

    boolean isNoScript() {
        return failure instanceof RedisNoScriptException;
    }

    /** The failure in words, for a log line or a dead letter. */
    public String reason() {
        return failure == null ? "" : failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }
}

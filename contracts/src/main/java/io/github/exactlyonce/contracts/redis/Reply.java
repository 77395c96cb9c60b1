package io.github.exactlyonce.contracts.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisNoScriptException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.RedisSystemException;

/**
 * What became of one command of a pipeline: an answer, or a failure that leaves the others untouched.
 *
 * <p>After a failure other than an error answer it is unknown whether the command took effect.
 */
public record Reply<T>(@Nullable T value, @Nullable Throwable failure) {

    private static final List<String> REFUSALS =
            List.of("TRYAGAIN ", "CLUSTERDOWN ", "READONLY ", "MASTERDOWN ", "LOADING ");

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

    /** See {@link #isRefusedForNow(Throwable)}. */
    public boolean isRefusedForNow() {
        return isRefusedForNow(failure);
    }

    /**
     * Whether Redis has done nothing, for a reason that passes: a slot is being moved and its keys are on two nodes, a node that
     * is no primary any more, or not yet, or is loading its data.
     *
     * @param failure may have been wrapped by Spring
     */
    public static boolean isRefusedForNow(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RedisCommandExecutionException && cause.getMessage() != null) {
                String message = cause.getMessage();
                return REFUSALS.stream().anyMatch(message::startsWith);
            }
        }
        return false;
    }

    boolean isNoScript() {
        return failure instanceof RedisNoScriptException;
    }

    /** The failure in words, for a log line or a dead letter. */
    public String reason() {
        return failure == null ? "" : failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }
}

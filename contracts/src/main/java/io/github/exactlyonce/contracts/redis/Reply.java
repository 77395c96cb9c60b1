package io.github.exactlyonce.contracts.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisNoScriptException;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.RedisSystemException;

/**
 * What became of one command of a pipeline: an answer, or a failure that leaves the others untouched.
 *
 * <p>After a failure other than an error answer it is unknown whether the command took effect.
 */
public record Reply<T>(@Nullable T value, @Nullable Throwable failure) {

    private static final Pattern REFUSED_FOR_NOW =
            Pattern.compile("(TRYAGAIN|CLUSTERDOWN|READONLY|MASTERDOWN|LOADING)\\b.*", Pattern.DOTALL);
    private static final Pattern ELSEWHERE = Pattern.compile("(MOVED|ASK) .*", Pattern.DOTALL);

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

    /**
     * Whether Redis refused it because of what it is doing just now: a slot is being moved and its keys are on two nodes, the
     * cluster has not agreed on who holds it, the node has become a replica or has lost its primary, or it loads its file.
     * Nothing has happened then, and it passes.
     */
    public static boolean isRefusedForNow(@Nullable Throwable failure) {
        return says(REFUSED_FOR_NOW, failure);
    }

    public boolean isRefusedForNow() {
        return isRefusedForNow(failure);
    }

    /**
     * Whether a node of a cluster said that another one has the key, and nobody went there: who speaks to a node directly is
     * not led on. Nothing has happened then.
     */
    public static boolean isElsewhere(@Nullable Throwable failure) {
        return says(ELSEWHERE, failure);
    }

    private static boolean says(Pattern answer, @Nullable Throwable failure) {
        return failure != null && (isSo(answer, failure) || isSo(answer, failure.getCause()));
    }

    private static boolean isSo(Pattern answer, @Nullable Throwable failure) {
        return failure instanceof RedisCommandExecutionException
                && failure.getMessage() != null
                && answer.matcher(failure.getMessage()).matches();
    }

    boolean isNoScript() {
        return failure instanceof RedisNoScriptException;
    }

    /** The failure in words, for a log line or a dead letter. */
    public String reason() {
        return failure == null ? "" : failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }
}

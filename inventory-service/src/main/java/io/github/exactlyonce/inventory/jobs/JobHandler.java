package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.redis.Pipeline;
import java.util.List;
import java.util.Map;

/**
 * How one kind of work takes effect. A new kind is one new bean that implements one of the three choices; there is no
 * fourth, and which one fits depends on where the effect is:
 *
 * <table>
 * <caption>The three choices</caption>
 * <tr><th></th><th>when its process dies or pauses</th><th>costs</th></tr>
 * <tr><td>{@link ExactlyOnce}</td><td>the effect happens once</td><td>a place in a script call, sixteen jobs each; the
 * effect must be in Redis, in the slot of {@code jobs:{main}}</td></tr>
 * <tr><td>{@link AtLeastOnce}</td><td>the effect may be repeated, so it should be harmless to repeat</td><td>the same, a
 * read of the record, a worker thread while it lasts, and a renewal for each third of a lease</td></tr>
 * <tr><td>{@link AtMostOnce}</td><td>the effect may be missing</td><td>the same, a read of the record, a worker
 * thread; a failure is not tried again but put with the dead letters</td></tr>
 * </table>
 */
public sealed interface JobHandler {

    /** The first word of this work's members in {@code jobs:{main}}: {@code restock} of {@code restock r-7 001 10}. */
    String kind();

    /**
     * What to store for a request {@code POST /jobs} of this kind. By default the work is {@code <kind> <jobId>}, and the
     * record keeps the field {@code message}, if there is one.
     *
     * @param request tells it what is wrong with the request's fields
     */
    default Work describe(String jobId, JsonInput request) {
        String message = request.text("message");
        if (message == null && request.has("message")) {
            request.problem("message", "must be a string");
        }
        return new Work(kind() + " " + jobId, message == null ? Map.of() : Map.of("message", message));
    }

    /**
     * What a job is to do.
     *
     * @param member of {@code jobs:{main}}: the kind, and after a space the job's id
     * @param fields further fields of {@code job:{main}:<id>}, none of {@link JobRecord#RESERVED}
     */
    record Work(String member, Map<String, String> fields) {}

    /** The effect is in Redis, and happens in the same script that ends the job. */
    non-sealed interface ExactlyOnce extends JobHandler {

        /**
         * Does the work of a batch, on the poller's own thread and pipeline: most simply by {@link JobEffects#finishAll} with
         * its effect as an {@link EffectScript}.
         *
         * @return one result per claim, in their order. An exception means that all of them are tried again
         */
        List<JobResult> work(Pipeline pipeline, List<Claim> claims);
    }

    /** The effect is elsewhere. The job ends when the work returns; until then its lease is renewed. */
    non-sealed interface AtLeastOnce extends JobHandler {

        /**
         * Runs on a worker thread.
         *
         * @throws InterruptedException if its lease was lost, or the shutdown does not wait any longer
         * @throws Exception and the job is tried again
         */
        void work(Job job) throws Exception;
    }

    /** The effect is elsewhere. The job ends before the work begins. */
    non-sealed interface AtMostOnce extends JobHandler {

        /**
         * Runs on a worker thread.
         *
         * @throws InterruptedException if the shutdown does not wait any longer
         * @throws Exception and the job goes to the dead letters
         */
        void work(Job job) throws Exception;
    }
}

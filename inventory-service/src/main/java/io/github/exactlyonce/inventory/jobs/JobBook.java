package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.github.exactlyonce.contracts.redis.WarehouseRegistry;
import io.github.exactlyonce.inventory.InventoryProperties;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * The jobs as clients schedule, move and cancel them. Each is one script, and safe to repeat, which is what Lettuce does with
 * a command whose answer was cut off by a reconnect.
 *
 * <p>Touches {@code jobs:{main}}, {@code job:{main}:<id>} ({@link JobRecord}) and {@code recurring:{main}}, and publishes on
 * {@link RedisKeys#jobUpdates}. Every method throws {@link org.springframework.dao.DataAccessException} if Redis cannot be
 * reached, is late, or refuses.
 */
@Component
class JobBook {

    private static final RedisScript<List<Object>> SCHEDULE_JOB = returningList("schedule-job.lua");
    private static final RedisScript<List<Object>> READ_JOB = returningList("read-job.lua");
    private static final RedisScript<List<Object>> MOVE_JOB = returningList("move-job.lua");
    private static final RedisScript<String> CANCEL_JOB =
            RedisScript.of(new ClassPathResource("META-INF/scripts/cancel-job.lua"), String.class);
    private static final RedisScript<Long> READ_CLOCK =
            RedisScript.of(new ClassPathResource("META-INF/scripts/read-clock.lua"), Long.class);

    private final StringRedisTemplate redis;
    private final WarehouseRegistry warehouses;
    private final Channels channels;
    private final InventoryProperties properties;

    JobBook(
            StringRedisTemplate redis,
            WarehouseRegistry warehouses,
            Channels channels,
            InventoryProperties properties) {
        this.redis = redis;
        this.channels = channels;
        this.warehouses = warehouses;
        this.properties = properties;
    }

    /** By Redis's clock. */
    Instant now(Warehouse warehouse) {
        return Instant.ofEpochMilli(redis.execute(READ_CLOCK, List.of(RedisKeys.jobs(warehouse))));
    }

    /** @return NEW, EXISTING or TOO_LATE */
    JobAnswer schedule(Warehouse warehouse, JobRequest request) {
        warehouses.use(warehouse);
        Schedule schedule = request.schedule();
        List<String> arguments = new ArrayList<>(List.of(
                request.work().member(),
                base(schedule),
                String.valueOf(schedule.millis()),
                latest(),
                schedule.text(),
                schedule.recurrence() == null ? "" : schedule.recurrence().toString(),
                channels.jobUpdates(warehouse)));
        request.work().fields().forEach((field, value) -> arguments.addAll(List.of(field, value)));
        return JobAnswer.of(redis.execute(SCHEDULE_JOB, keys(warehouse, request.jobId()), arguments.toArray()));
    }

    /** @return FOUND, ORDERS_JOB or UNKNOWN */
    JobAnswer find(Warehouse warehouse, String jobId) {
        return JobAnswer.of(redis.execute(READ_JOB, keys(warehouse, jobId), RedisKeys.orderJob(jobId)));
    }

    /**
     * Gives a scheduled job another due time; of a recurring one, its next run. A claim that is held loses its lease, with
     * the same consequences as in {@link #cancel}; its attempts start again.
     *
     * @param token of this request, the same whenever its command is sent
     * @return CHANGED, ENDED, ORDERS_JOB, UNKNOWN or TOO_LATE
     */
    JobAnswer move(Warehouse warehouse, String jobId, Schedule schedule, String token) {
        return JobAnswer.of(redis.execute(
                MOVE_JOB,
                keys(warehouse, jobId),
                RedisKeys.orderJob(jobId),
                base(schedule),
                String.valueOf(schedule.millis()),
                latest(),
                token,
                channels.jobUpdates(warehouse)));
    }

    /**
     * Cancels a scheduled job, and all further runs of a recurring one. A claim that is held loses its lease: what its
     * replica sends to end the job does nothing any more. What that means depends on the kind of the job:
     *
     * <ul>
     *   <li>{@link JobHandler.ExactlyOnce}: its effect happens in the step that ends it, so it never happens; or it had
     *       happened, and the job is not cancelled but ENDED.
     *   <li>{@link JobHandler.AtLeastOnce}: work that is under way is interrupted when its lease is to be renewed, after a
     *       third of the lease at the latest. What it did until then outside Redis stays done, and that may be all of it.
     *   <li>{@link JobHandler.AtMostOnce}: such a job ends before its work begins, so from then on it is ENDED and the work
     *       goes on. Of a recurring one the further runs are cancelled, and a run that has begun goes on.
     * </ul>
     *
     * @return CHANGED, ENDED, ORDERS_JOB or UNKNOWN
     */
    JobAnswer.Outcome cancel(Warehouse warehouse, String jobId) {
        return JobAnswer.Outcome.valueOf(redis.execute(
                CANCEL_JOB,
                keys(warehouse, jobId),
                RedisKeys.orderJob(jobId),
                String.valueOf(properties.retention().toMillis())));
    }

    private static List<String> keys(Warehouse warehouse, String jobId) {
        return List.of(RedisKeys.jobs(warehouse), RedisKeys.job(warehouse, jobId), RedisKeys.recurring(warehouse));
    }

    private static String base(Schedule schedule) {
        return schedule.isDelay() ? "in" : "at";
    }

    private static String latest() {
        return String.valueOf(Schedule.LATEST.toEpochMilli());
    }

    /** A script that returns a table is declared with the class of a list, which knows no type of element. */
    @SuppressWarnings("unchecked")
    private static RedisScript<List<Object>> returningList(String file) {
        return RedisScript.of(
                new ClassPathResource("META-INF/scripts/" + file), (Class<List<Object>>) (Class<?>) List.class);
    }
}

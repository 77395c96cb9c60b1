package io.github.exactlyonce.inventory.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.data.redis.serializer.StringRedisSerializer;
import org.springframework.stereotype.Component;

/**
 * All of {@code jobs:{main}}, page by page: jobs of orders, scheduled ones, and whatever somebody added by hand. Also reads
 * {@code recurring:{main}}. A job that is claimed or moved while a client goes from page to page is given another due time,
 * so it may be seen twice or not at all; every other job is seen once.
 */
@Component
class JobList {

    /** One character for each byte, so that nothing is lost of a member that is not UTF-8. */
    private static final StringRedisSerializer BYTES = StringRedisSerializer.ISO_8859_1;

    private static final RedisScript<List<String>> LIST_JOBS = listJobs();

    private final StringRedisTemplate redis;

    JobList(StringRedisTemplate redis) {
        this.redis = redis;
    }

    Page page(Warehouse warehouse, JobCursor after, int limit) {
        List<String> found = redis.execute(
                LIST_JOBS,
                BYTES,
                elements(),
                List.of(RedisKeys.jobs(warehouse), RedisKeys.recurring(warehouse)),
                after.score(),
                after.member(),
                String.valueOf(limit + 1));
        List<JobView> jobs = new ArrayList<>();
        for (int i = 0; i < found.size() && jobs.size() < limit; i += 3) {
            jobs.add(JobView.listed(text(found.get(i)), found.get(i + 1), text(found.get(i + 2))));
        }
        int last = 3 * (limit - 1);
        boolean more = found.size() > 3 * limit;
        return new Page(jobs, more ? new JobCursor(found.get(last + 1), found.get(last)).toString() : null);
    }

    private static String text(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /** A script that returns a table is declared with the class of a list, which knows no type of element. */
    @SuppressWarnings("unchecked")
    private static RedisScript<List<String>> listJobs() {
        return RedisScript.of(
                new ClassPathResource("META-INF/scripts/list-jobs.lua"), (Class<List<String>>) (Class<?>) List.class);
    }

    /** What reads each element of the answer is declared as what reads the answer. */
    @SuppressWarnings("unchecked")
    private static RedisSerializer<List<String>> elements() {
        return (RedisSerializer<List<String>>) (RedisSerializer<?>) BYTES;
    }

    /** @param next what to give as {@code after} for the next page; absent on the last one */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(List<JobView> jobs, @Nullable String next) {}
}

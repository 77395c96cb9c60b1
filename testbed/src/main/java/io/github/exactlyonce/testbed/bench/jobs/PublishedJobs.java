package io.github.exactlyonce.testbed.bench.jobs;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.List;

/** The published reference's scheduler; what its workers do is {@link PublishedWorker}. */
final class PublishedJobs extends RedisContender {

    private final List<ChildProcess> workers;

    PublishedJobs(RedisProcess redis, List<ChildProcess> workers) {
        super(redis);
        this.workers = workers;
    }

    static PublishedJobs launch(List<String> jvmOptions) {
        RedisProcess redis = RedisProcess.start();
        return new PublishedJobs(
                redis, Worker.launch(Worker.Kind.PUBLISHED, WORKERS, jvmOptions, String.valueOf(redis.port())));
    }

    @Override
    void awaitReady() {
        Worker.awaitReady(workers, () -> redis().scard(PublishedWorker.READY));
    }

    @Override
    String title() {
        return "MULTI, EXEC each second";
    }

    @Override
    String description() {
        return """
                The published reference's scheduler on Lettuce: each second every worker takes all due jobs (`MULTI`, `ZRANGEBYSCORE`, `ZREMRANGEBYSCORE`, `EXEC`) and then does them without waiting \
                for each. It shows no work, only a line of output; here that is `HINCRBY` and `XADD`.""";
    }

    @Override
    String onCrash() {
        return "A crash loses what the worker had taken.";
    }

    @Override
    RedisFuture<?> schedule(RedisAsyncCommands<String, String> redis, Job job) {
        return redis.zadd(PublishedWorker.JOBS, job.dueMillis(), job.id() + " " + job.sku());
    }

    @Override
    List<ChildProcess> workers() {
        return workers;
    }

    @Override
    public void close() {
        workers.parallelStream().forEach(ChildProcess::stop);
        super.close();
    }
}

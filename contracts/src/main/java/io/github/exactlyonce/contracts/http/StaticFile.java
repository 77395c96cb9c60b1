package io.github.exactlyonce.contracts.http;

import java.io.IOException;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.DigestUtils;

/**
 * A file of the class path as an answer. Nothing of it is kept in memory. Browsers ask each time whether it is still the same, by a
 * digest of the content: whoever has updated the service has the file that belongs to it.
 */
public final class StaticFile {

    private StaticFile() {}

    /**
     * @param path on the class path
     * @param securityPolicy the Content-Security-Policy of a page and of what belongs to it
     */
    public static ResponseEntity<byte[]> answer(String path, MediaType type, String securityPolicy) throws IOException {
        byte[] content = new ClassPathResource(path, StaticFile.class.getClassLoader()).getContentAsByteArray();
        return ResponseEntity.ok()
                .contentType(type)
                .cacheControl(CacheControl.noCache())
                .eTag(DigestUtils.md5DigestAsHex(content))
                .header("Content-Security-Policy", securityPolicy)
                .header("Referrer-Policy", "no-referrer")
                .body(content);
    }
}

{{- /*
Where Redis is, as JSON: mode (url, sentinel or cluster), ssl, ports (all that are spoken to), and for a URL its host,
port and database.

The URL is taken apart here because Spring Boot takes the user and the password from the URL alone, once it is given
one; and a password belongs in a Secret.
*/}}
{{- define "service-library.redis" -}}
{{- $redis := .Values.redis -}}
{{- $modes := list -}}
{{- if $redis.url }}{{ $modes = append $modes "url" }}{{ end -}}
{{- if or $redis.sentinel.master $redis.sentinel.nodes }}{{ $modes = append $modes "sentinel" }}{{ end -}}
{{- if $redis.cluster.nodes }}{{ $modes = append $modes "cluster" }}{{ end -}}
{{- if ne (len $modes) 1 -}}
{{- fail (printf "Set exactly one of redis.url, redis.sentinel and redis.cluster, not %s. For Sentinel or Cluster, set redis.url to \"\"." (default "none" (join " and " $modes))) -}}
{{- end -}}
{{- $mode := first $modes -}}
{{- $found := dict "mode" $mode "ssl" $redis.tls.enabled -}}
{{- if eq $mode "url" -}}
{{- if contains "@" $redis.url -}}
{{- fail "redis.url must not hold a user or a password: it would be shown with the Deployment. Set redis.username, and redis.existingSecret or redis.password." -}}
{{- end -}}
{{- $url := urlParse $redis.url -}}
{{- if or (not (has $url.scheme (list "redis" "rediss"))) (not $url.hostname) $url.query $url.fragment (not (regexMatch "^(/[0-9]*)?$" $url.path)) -}}
{{- fail (printf "redis.url must look like redis://host:6379/0, or rediss://host:6379/0 for TLS, not %s." $redis.url) -}}
{{- end -}}
{{- if and $redis.tls.enabled (eq $url.scheme "redis") -}}
{{- fail "redis.tls.enabled asks for TLS and redis.url for none: write rediss:// for TLS." -}}
{{- end -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default "6379" -}}
{{- if or (lt (int $port) 1) (gt (int $port) 65535) -}}
{{- fail (printf "redis.url has no port from 1 to 65535: %s." $redis.url) -}}
{{- end -}}
{{- $found = merge (dict "host" $url.hostname "port" $port "database" ($url.path | trimPrefix "/" | default "0") "ssl" (eq $url.scheme "rediss") "ports" (list $port)) $found -}}
{{- else if eq $mode "sentinel" -}}
{{- if not (and $redis.sentinel.master $redis.sentinel.nodes) -}}
{{- fail "redis.sentinel needs both: master, the name of the master, and nodes, the Sentinels as host:port." -}}
{{- end -}}
{{- /* Sentinels tell where Redis is; that it listens on 6379 is an assumption, and networkPolicy.extraEgress is there if it does not. */ -}}
{{- $_ := set $found "ports" (include "service-library.redis.ports" $redis.sentinel.nodes | fromJsonArray | concat (list "6379") | uniq) -}}
{{- else -}}
{{- $_ := set $found "ports" (include "service-library.redis.ports" $redis.cluster.nodes | fromJsonArray | uniq) -}}
{{- end -}}
{{- if and $redis.existingSecret (or $redis.password $redis.sentinel.password) -}}
{{- fail "Set either redis.existingSecret or the passwords themselves, not both; the Secret's keys are redis.existingSecretPasswordKey and redis.sentinel.existingSecretPasswordKey." -}}
{{- end -}}
{{- if and $redis.sentinel.existingSecretPasswordKey (not $redis.existingSecret) -}}
{{- fail "redis.sentinel.existingSecretPasswordKey is a key of the Secret redis.existingSecret, which is not set." -}}
{{- end -}}
{{- if and $redis.tls.existingSecret (not $found.ssl) -}}
{{- fail "redis.tls.existingSecret is set and TLS is off: write rediss:// in redis.url or, for Sentinel or Cluster, set redis.tls.enabled." -}}
{{- end -}}
{{- if and $redis.tls.clientCertificate (not $redis.tls.existingSecret) -}}
{{- fail "redis.tls.clientCertificate needs redis.tls.existingSecret, which holds tls.crt and tls.key." -}}
{{- end -}}
{{- toJson $found -}}
{{- end }}

{{- define "service-library.redis.ports" -}}
{{- $ports := list -}}
{{- range . }}{{ $ports = append $ports (regexFind "[0-9]+$" .) }}{{ end -}}
{{- toJson $ports -}}
{{- end }}

{{- define "service-library.redis.env" -}}
{{- $values := .Values.redis -}}
{{- $redis := include "service-library.redis" . | fromJson -}}
{{- if eq $redis.mode "url" }}
- name: SPRING_DATA_REDIS_HOST
  value: {{ $redis.host | quote }}
- name: SPRING_DATA_REDIS_PORT
  value: {{ $redis.port | quote }}
- name: SPRING_DATA_REDIS_DATABASE
  value: {{ $redis.database | quote }}
{{- else if eq $redis.mode "sentinel" }}
- name: SPRING_DATA_REDIS_SENTINEL_MASTER
  value: {{ $values.sentinel.master | quote }}
- name: SPRING_DATA_REDIS_SENTINEL_NODES
  value: {{ join "," $values.sentinel.nodes | quote }}
- name: SPRING_DATA_REDIS_DATABASE
  value: {{ $values.sentinel.database | quote }}
{{- with $values.sentinel.username }}
- name: SPRING_DATA_REDIS_SENTINEL_USERNAME
  value: {{ . | quote }}
{{- end }}
{{- if or $values.sentinel.password $values.sentinel.existingSecretPasswordKey }}
- name: SPRING_DATA_REDIS_SENTINEL_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "service-library.redis.secretName" . }}
      key: {{ default "redis-sentinel-password" $values.sentinel.existingSecretPasswordKey }}
{{- end }}
{{- else }}
- name: SPRING_DATA_REDIS_CLUSTER_NODES
  value: {{ join "," $values.cluster.nodes | quote }}
{{- end }}
{{- with $values.username }}
- name: SPRING_DATA_REDIS_USERNAME
  value: {{ . | quote }}
{{- end }}
{{- if or $values.password $values.existingSecret }}
- name: SPRING_DATA_REDIS_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "service-library.redis.secretName" . }}
      key: {{ empty $values.existingSecret | ternary "redis-password" $values.existingSecretPasswordKey }}
{{- end }}
{{- if $redis.ssl }}
- name: SPRING_DATA_REDIS_SSL_ENABLED
  value: "true"
{{- end }}
{{- if $values.tls.existingSecret }}
- name: SPRING_DATA_REDIS_SSL_BUNDLE
  value: redis
- name: SPRING_SSL_BUNDLE_PEM_REDIS_TRUSTSTORE_CERTIFICATE
  value: file:/etc/redis-tls/{{ $values.tls.caKey }}
{{- if $values.tls.clientCertificate }}
- name: SPRING_SSL_BUNDLE_PEM_REDIS_KEYSTORE_CERTIFICATE
  value: file:/etc/redis-tls/tls.crt
- name: SPRING_SSL_BUNDLE_PEM_REDIS_KEYSTORE_PRIVATEKEY
  value: file:/etc/redis-tls/tls.key
{{- end }}
{{- end }}
{{- end }}

{{- define "service-library.redis.secretName" -}}
{{- default (printf "%s-redis" (include "service-library.fullname" .)) .Values.redis.existingSecret -}}
{{- end }}

{{- define "service-library.secret" -}}
{{- with .Values.redis -}}
{{- if or .password .sentinel.password -}}
apiVersion: v1
kind: Secret
metadata:
  name: {{ include "service-library.redis.secretName" $ }}
  labels:
    {{- include "service-library.labels" $ | nindent 4 }}
type: Opaque
data:
  {{- with .password }}
  redis-password: {{ b64enc . }}
  {{- end }}
  {{- with .sentinel.password }}
  redis-sentinel-password: {{ b64enc . }}
  {{- end }}
{{- end -}}
{{- end -}}
{{- end }}

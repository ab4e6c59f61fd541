# words.sh - a shell script: a loop, command substitution, here-documents, pipelines of programs.
count=0
for word in one two three four; do
	count=$((count + $(printf '%s' "$word" | wc -c)))
done
sort <<END | uniq -c | sed 's/^ *//'
b
a
b
END
awk -v n="$count" 'BEGIN { for (i = 0; i < 2000; i++) s = s i; print n, length(s) }'

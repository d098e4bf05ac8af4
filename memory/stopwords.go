package memory

// stopword tells whether an English word, in lower case, is a function word:
// one that most texts have, whatever they speak about. The splinters that a
// tokeniser makes of contractions (don't, it's, we'll) count as well.
func stopword(word string) bool {
	switch word {
	case "a", "an", "the", "this", "that", "these", "those", "there", "here",
		"i", "me", "my", "mine", "myself", "we", "us", "our", "ours",
		"you", "your", "yours", "he", "him", "his", "she", "her", "hers",
		"it", "its", "they", "them", "their", "theirs",
		"am", "is", "are", "was", "were", "be", "been", "being",
		"do", "does", "did", "doing", "done", "have", "has", "had", "having",
		"can", "could", "will", "would", "shall", "should", "may", "might", "must",
		"what", "which", "who", "whom", "whose", "when", "where", "why", "how",
		"of", "to", "in", "on", "at", "for", "from", "by", "with", "about",
		"into", "onto", "as", "than", "then", "and", "or", "but", "nor", "so",
		"if", "because", "while", "until", "though", "although",
		"no", "not", "just", "also", "too", "very", "any", "some", "such",
		"both", "each", "either", "neither", "between", "through",
		"ourselves", "yourself", "himself", "herself", "itself", "themselves",
		"s", "t", "d", "m", "ll", "re", "ve",
		"i'm", "it's", "don't":
		return true
	}
	return false
}
